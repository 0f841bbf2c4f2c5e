import cluster from 'node:cluster'
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { openSystem, type System } from './compose.js'
import { ConfigError, parseConfig } from './config.js'
import { DomainError } from './domain/errors.js'
import { StartError } from './start-error.js'
import { createLog, type Logger } from './telemetry/log.js'
import { servingMessage, superviseWorkers } from './workers.js'

/** Exit codes as sysexits(3) has them. */
const exitCodes = { ok: 0, unavailable: 69, bug: 70, cannotCreate: 73, config: 78 } as const

/** Runs the server until SIGINT or SIGTERM; answers the exit code. */
export async function serve(env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const config = parseConfig(env)
    const log = createLog(config.logLevel)
    // What the library would print by itself reaches us as errors too.
    setLogVerbosity(logVerbosity.NONE)
    const stopped = stopSignal()
    if (config.workers > 1 && cluster.isPrimary) {
      return await superviseWorkers(config.workers, log, stopped)
    }
    const system = await openSystem(config, log)
    exitOnBug(log)
    if (isFirst()) announce(system, config.bootstrap.ownerKeyFile)
    process.send?.(servingMessage)
    log.info({ address: system.address }, 'serving')
    log.info({ signal: await stopped }, 'stopping')
    await system.close()
    // A worker that can still be told something would not end.
    process.disconnect?.()
    return exitCodes.ok
  } catch (error) {
    return refuse(error)
  }
}

/** Of several that share the port, one tells. */
function isFirst(): boolean {
  return cluster.worker === undefined || cluster.worker.id === 1
}

function refuse(error: unknown): number {
  if (error instanceof ConfigError) return complain(error.message, exitCodes.config)
  if (error instanceof DomainError) {
    return complain(
      error.message,
      error.kind === 'unavailable' ? exitCodes.unavailable : exitCodes.config,
    )
  }
  if (error instanceof StartError) return complain(error.message, exitCodes.cannotCreate)
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCodes.bug
}

function complain(message: string, code: number): number {
  for (const line of message.split('\n')) process.stderr.write(`postern: ${line}\n`)
  return code
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

/** A bug that no call owns leaves the process in a state that nobody knows: log it, and go. */
function exitOnBug(log: Logger): void {
  const end = (error: unknown) => {
    log.fatal({ err: error }, 'a bug ended the server')
    process.exit(exitCodes.bug)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

function announce(
  { address, httpAddress, founded }: System,
  ownerKeyFile: string | undefined,
): void {
  const http = httpAddress ? ` and HTTP on ${httpAddress}` : ''
  const lines = [`Postern is serving gRPC on ${address}${http}`]
  if (founded) {
    const { organization, owner, ownerKey } = founded
    lines.push(
      '',
      `Made organization "${organization.name}" (${organization.id}), owned by ${owner.email}.`,
      ownerKeyFile
        ? `The owner's key is in ${ownerKeyFile}.`
        : "The owner's key, shown this once; keep it somewhere safe:",
      ...(ownerKeyFile ? [] : ['', `  ${ownerKey.secret}`]),
      '',
      'Next, in another terminal:',
      '',
      `  export POSTERN_API_KEY=${ownerKeyFile ? `$(cat ${ownerKeyFile})` : ownerKey.secret}`,
      '  npx postern import examples/acme.yaml',
      '  npx postern check compute:servers:start --application ci-runner --project staging',
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
