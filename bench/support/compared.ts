import { join } from 'node:path'
import { AuthorizeResponse, Decision } from '../../src/grpc/gen/postern/v1/authorization.js'
import { cerbosPath, cerbosRequest, isAllowedByCerbos, startCerbos } from './cerbos.js'
import { type Contender, startContender } from './contender.js'
import { aWorldOf20Rules, toBytes } from './world.js'

const action = 'compute:servers:start'
const authorizePath = '/postern.v1.AuthorizationService/Authorize'
const echoPath = '/bench.Echo/Echo'

/** A server, what it is asked, and what it must answer. */
export interface Compared {
  readonly name: string
  readonly contender: Contender
  readonly path: string
  readonly message: Buffer
  /** Throws when the answer is not the right one. */
  check(answer: Buffer): void
  /** Without TCP, as a sidecar is asked: in the one shape where the kernel's part is the largest. */
  readonly isUnix?: boolean
}

/** How to start each; their files and sockets are in `directory`. */
export function comparedIn(directory: string): (() => Promise<Compared>)[] {
  const onSocket = (name: string) => `unix:${join(directory, `${name}.sock`)}`
  const store = (name: string) => ({
    POSTERN_DATABASE_URL: `file:${join(directory, `${name}.db`)}`,
  })
  return [
    () => postern('wire Authorize', store('wire')),
    () => echo('wire empty', 'wire'),
    () => postern('grpc-js Authorize', { ...store('library'), POSTERN_WIRE: 'off' }),
    () => echo('grpc-js echo', 'echo'),
    () => echo('node:http2 reply', 'node-http2'),
    async () => {
      const env = { ...store('unix'), POSTERN_LISTEN: onSocket('postern') }
      return { ...(await postern('wire Authorize, UNIX socket', env)), isUnix: true }
    },
    async () => {
      const env = { ECHO_LISTEN: onSocket('echo') }
      return { ...(await echo('grpc-js echo, UNIX socket', 'echo', env)), isUnix: true }
    },
    cerbos,
  ]
}

async function postern(name: string, env: Readonly<Record<string, string>>): Promise<Compared> {
  const contender = await startContender('postern', { POSTERN_WIRE: 'on', ...env })
  const message = toBytes(await aWorldOf20Rules(contender))
  return {
    ...{ name, contender, path: authorizePath, message },
    check(answer) {
      const { decision } = AuthorizeResponse.decode(answer)
      if (decision !== Decision.ALLOW) throw new Error(`${name} does not allow`)
    },
  }
}

async function echo(
  name: string,
  server: 'wire' | 'echo' | 'node-http2',
  env: Readonly<Record<string, string>> = {},
): Promise<Compared> {
  const contender = await startContender(server, env)
  return {
    ...{ name, contender, path: echoPath, message: Buffer.alloc(0) },
    check(answer) {
      if (answer.length !== 0) throw new Error(`${name} does not answer with nothing`)
    },
  }
}

async function cerbos(): Promise<Compared> {
  const actions = Array.from({ length: 19 }, (_, i) => `compute:servers:other${i}`)
  const contender = await startCerbos([action, ...actions])
  return {
    ...{
      name: 'Cerbos CheckResources',
      contender,
      path: cerbosPath,
      message: cerbosRequest(action),
    },
    check(answer) {
      if (!isAllowedByCerbos(answer)) throw new Error('Cerbos does not allow')
    },
  }
}
