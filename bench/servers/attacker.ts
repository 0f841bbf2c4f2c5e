import { connect, type Socket } from 'node:net'
import { type Attack, attacks } from '../support/attacks.js'

/**
 * An attacker in a process of its own: begins and ends when it is told to, and takes all that its
 * core gives it.
 */

/** What it is told: which attack, on whom, with which question; nothing: to end it. */
export interface Order {
  readonly name?: string
  readonly port: number
  readonly message: string
}

/** What it says when it has ended: how many connections it made, and what it sent. */
export interface AttackReport {
  readonly connections: number
  readonly bytes: number
}

const open = new Set<Socket>()
let isOn = false
let report = { connections: 0, bytes: 0 }

process.on('message', ({ name, port, message }: Order) => {
  if (name === undefined) end()
  else begin(attacks[name], port, Buffer.from(message, 'base64'))
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

function begin(attack: Attack | undefined, port: number, message: Buffer): void {
  if (!attack) throw new Error('no such attack')
  isOn = true
  report = { connections: 0, bytes: 0 }
  for (let n = 0; n < attack.connections; n++) strike(attack, port, message)
  process.send?.('attacking')
}

function strike(attack: Attack, port: number, message: Buffer): void {
  if (!isOn) return
  const socket = connect(port, '127.0.0.1')
  open.add(socket)
  socket.setNoDelay(true)
  const send = (bytes: Buffer) => {
    report.bytes += bytes.length
    return socket.write(bytes)
  }
  const next = attack.again?.(message)
  let timer: NodeJS.Timeout | undefined
  const go = () => {
    if (!isOn || !next || socket.destroyed) return
    if (attack.everyMs === undefined) {
      // One helping for each time that the socket takes more, or that others had their turn.
      if (send(next())) setImmediate(go)
      else socket.once('drain', go)
    } else {
      timer = setInterval(() => send(next()), attack.everyMs)
    }
  }
  socket.on('connect', () => {
    report.connections += 1
    send(attack.hello(message))
    go()
  })
  socket.on('data', () => {})
  socket.on('error', () => {})
  socket.on('close', () => {
    clearInterval(timer)
    open.delete(socket)
    setImmediate(() => strike(attack, port, message))
  })
}

function end(): void {
  isOn = false
  for (const socket of open) socket.destroy()
  process.send?.(report)
}
