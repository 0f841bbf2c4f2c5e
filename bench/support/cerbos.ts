import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { freePort } from '../../test/support/free-port.js'
import type { Contender } from './contender.js'
import { cpuUsOf } from './cpu.js'

/** Cerbos, the Go server, with as many rules as Postern has and the same question. */

export const cerbosPath = '/cerbos.svc.v1.CerbosService/CheckResources'

/** The Go program itself: the package's own command is a process around it. */
const binary = `cerbos-${process.platform}-${process.arch}`
const program = fileURLToPath(
  new URL(`../peers/node_modules/@cerbos/${binary}/${binary}`, import.meta.url),
)

/** `actions`: one rule each, all of them for the role of whoever asks. */
export async function startCerbos(actions: readonly string[]): Promise<Contender> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-cerbos-'))
  mkdirSync(join(directory, 'policies'))
  writeFileSync(join(directory, 'policies', 'server.yaml'), policyOf(actions))
  const [port, httpPort] = [await freePort(), await freePort()]
  writeFileSync(join(directory, 'config.yaml'), configOf({ directory, port, httpPort }))
  const child = spawn(program, ['server', `--config=${join(directory, 'config.yaml')}`], {
    env: { ...process.env, GOMAXPROCS: '1', CERBOS_NO_TELEMETRY: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await serving([child.stdout, child.stderr])
  const pid = child.pid ?? 0
  return {
    address: `127.0.0.1:${port}`,
    secret: '',
    httpAddress: '',
    pid,
    cpuUs: async () => cpuUsOf(pid),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      rmSync(directory, { recursive: true })
    },
  }
}

function policyOf(actions: readonly string[]): string {
  const rules = actions.map(
    (action) => `    - actions: ["${action}"]\n      effect: EFFECT_ALLOW\n      roles: ["ci"]`,
  )
  return `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  version: default
  resource: server
  rules:
${rules.join('\n')}
`
}

function configOf(at: { directory: string; port: number; httpPort: number }): string {
  return `server:
  httpListenAddr: "127.0.0.1:${at.httpPort}"
  grpcListenAddr: "127.0.0.1:${at.port}"
storage:
  driver: disk
  disk:
    directory: "${join(at.directory, 'policies')}"
    watchForChanges: false
telemetry:
  disabled: true
`
}

async function serving(outputs: readonly (NodeJS.ReadableStream | null)[]): Promise<void> {
  const lines = outputs.flatMap((output) => (output ? [createInterface(output)] : []))
  await new Promise<void>((resolve) => {
    for (const line of lines) {
      line.on('line', (text) => {
        if (/Starting gRPC server/.test(text)) resolve()
      })
    }
  })
}

/** A CheckResourcesRequest of one resource and one action, by the numbers of its published proto. */
export function cerbosRequest(action: string): Buffer {
  const principal = new BinaryWriter().tag(1, 2).string('ci').tag(3, 2).string('ci').finish()
  const resource = new BinaryWriter().tag(1, 2).string('server').tag(3, 2).string('web-1').finish()
  const entry = new BinaryWriter().tag(1, 2).string(action).tag(2, 2).bytes(resource).finish()
  const request = new BinaryWriter().tag(1, 2).string('1').tag(3, 2).bytes(principal)
  return Buffer.from(request.tag(4, 2).bytes(entry).finish())
}

const effectAllow = 1

/** Whether a CheckResourcesResponse allows the one action that was asked about. */
export function isAllowedByCerbos(response: Buffer): boolean {
  const result = fieldOf(response, 2)
  const action = result && fieldOf(result, 2)
  return action !== undefined && numberOf(action, 2) === effectAllow
}

function fieldOf(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === number) return reader.bytes()
    reader.skip(type)
  }
  return undefined
}

function numberOf(bytes: Uint8Array, number: number): number | undefined {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === number) return reader.int32()
    reader.skip(type)
  }
  return undefined
}
