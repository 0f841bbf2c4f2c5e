import {
  AuthorizeBatchRequest,
  AuthorizeRequest,
  AuthorizeStreamRequest,
} from '../src/grpc/gen/postern/v1/authorization.js'
import { Rule } from '../src/grpc/gen/postern/v1/policy.js'
import { connect } from '../test/support/api.js'
import { type Contender, drive } from './support/contender.js'
import { h2load } from './support/h2load.js'
import { changingLargePrincipal } from './support/large-principal.js'
import { withPostern } from './support/open-postern.js'
import { loadCore, pinSelf } from './support/pinned.js'
import { printMachine, printTable } from './support/report.js'
import { streamQuestions } from './support/stream-client.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * How long a server's event loop is held by one thing after another: nobody else is answered for as
 * long. Prints, last, one JSON object: the longest of all turns but one in a thousand, milliseconds.
 */

const short = process.argv.includes('--short')
const times = short ? 1 : 5
const path = '/postern.v1.AuthorizationService/'

type Work = () => Promise<void>

pinSelf()
const seen = await withPostern(async (postern) => {
  const plain = await aWorldOf20Rules(postern)
  const works = new Map<string, Work>([
    ...worksOn(postern, plain, await conditional(postern, plain)),
    [
      'a change, then a question, of 10,000 rules',
      await changingLargePrincipal(postern, plain, 10 * times),
    ],
  ])
  const rows = []
  for (const [name, work] of works) {
    // Once, to warm up.
    await work()
    rows.push({ name, ...(await postern.turnsOf(work)) })
  }
  return rows
})

printMachine()
printTable(
  [
    ...['what the server does', 'rounds over 50 us', 'p50 ms', 'p99 ms', 'p99.9 ms', 'longest ms'],
    ...['p99.9 without the collector', 'longest without'],
  ],
  seen.map(({ name, count, p50Ms, p99Ms, p999Ms, maxMs, ownP999Ms, ownMaxMs }) => [
    ...[name, count.toLocaleString('en-US')],
    ...[p50Ms, p99Ms, p999Ms, maxMs, ownP999Ms, ownMaxMs].map((ms) => ms.toFixed(3)),
  ]),
)
console.log(
  JSON.stringify({ p999MsMax: Number(Math.max(...seen.map((s) => s.p999Ms)).toFixed(3)) }),
)

function worksOn(
  postern: Contender,
  plain: AuthorizeRequest,
  conditional: AuthorizeRequest,
): ReadonlyMap<string, Work> {
  const batches = (question: AuthorizeRequest, count = 200) => {
    const request = Buffer.from(
      AuthorizeBatchRequest.encode(
        AuthorizeBatchRequest.fromPartial({ questions: about(question, 1_000) } as object),
      ).finish(),
    )
    const load = { path: `${path}AuthorizeBatch`, request, connections: 1, inFlight: 2 }
    return () => drive(postern, { ...load, calls: count * times }).then(() => {})
  }
  return new Map<string, Work>([
    ['nothing', () => new Promise((resolve) => void setTimeout(resolve, 500 * times))],
    ['Authorize, 100 connections', unary(postern, plain)],
    ['Authorize with CEL, 100 connections', unary(postern, conditional)],
    ['AuthorizeStream', stream(postern, plain)],
    ['AuthorizeStream with CEL', stream(postern, conditional)],
    ['AuthorizeBatch of 1,000', batches(plain)],
    ['AuthorizeBatch of 1,000 with CEL', batches(conditional)],
    ['AuthorizeBatch of 1,000 with attributes', batches(withAttributes(plain), 50)],
    ['AuthorizeBatch of 1,000, all malformed', batches({ ...plain, action: 'no *' }, 50)],
  ])
}

function unary(postern: Contender, question: AuthorizeRequest): Work {
  const message = toBytes(question)
  const shape = { connections: 100, inFlight: 1, calls: 40_000 * times }
  const load = { path: `${path}Authorize`, message, core: loadCore }
  return () => h2load(postern, shape, load).then(() => {})
}

function stream({ address }: Contender, question: AuthorizeRequest): Work {
  const messages = about(question, 1_000).map((asked, index) => {
    const message = AuthorizeStreamRequest.fromPartial({ id: String(index), question: asked })
    return Buffer.from(AuthorizeStreamRequest.encode(message).finish())
  })
  const plan = { messages, count: 100_000 * times, window: 10_000 }
  return () => streamQuestions(address, plan).then(() => {})
}

function about(question: AuthorizeRequest, count: number): AuthorizeRequest[] {
  return Array.from({ length: count }, (_, index) =>
    AuthorizeRequest.fromPartial({
      ...question,
      resource: { ...question.resource, id: `web-${index}` },
    } as object),
  )
}

function withAttributes(question: AuthorizeRequest): AuthorizeRequest {
  const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`name${at}`, at]))
  const resource = { ...question.resource, attributes }
  return AuthorizeRequest.fromPartial({ ...question, resource } as object)
}

/** The same question by an application whose one rule has a condition. */
async function conditional(
  { address, secret }: Contender,
  question: AuthorizeRequest,
): Promise<AuthorizeRequest> {
  const connection = connect(address)
  try {
    const owner = connection.as(secret)
    const { id } = await owner.applications.createApplication({ name: 'conditional' })
    const projectIds = [question.resource?.projectId ?? '']
    await owner.policies.createPolicy({
      name: 'conditional',
      principal: { $case: 'applicationId', value: id },
      rules: [
        Rule.fromPartial({
          permissionSetNames: ['InstancesServerStart'],
          scope: { $case: 'projects', value: { projectIds } },
          condition: "resource.id.startsWith('web-') && request.time.getHours('Europe/Paris') >= 0",
        } as object),
      ],
    })
    const bearer = { $case: 'applicationId', value: id } as const
    const { secret: apiKey } = await owner.apiKeys.createApiKey({ bearer })
    return { ...question, apiKey }
  } finally {
    connection.close()
  }
}
