import { type ServiceError, status } from '@grpc/grpc-js'
import { ask } from './acts.js'
import { type Api, connect } from './api.js'
import { checkLife, type Home, type Life, newLife, takeStep } from './crash-life.js'

/** What was acknowledged, and what was under way, until the server was gone. */
export interface Written {
  readonly lives: Life[]
  /** Owner keys of organizations that were acknowledged. */
  readonly ownerKeys: string[]
  readonly revisions: string[]
}

export interface Writing {
  /** Resolves with the acknowledgement that was the goal, or when the server is gone before. */
  readonly reached: Promise<unknown>
  /** Resolves when every writer has found the server gone; rejects on any other refusal. */
  readonly ended: Promise<Written>
}

export interface WritingPlan {
  readonly address: string
  readonly rootKey: string
  /** No other stretch of writing on this store has it. */
  readonly name: string
  /** Acknowledgements. */
  readonly goal: number
}

const writers = 3

/** Writes, several calls at a time, in an organization of its own, until the server is gone. */
export async function startWriting({
  address,
  rootKey,
  name,
  goal,
}: WritingPlan): Promise<Writing> {
  const connection = connect(address)
  const root = connection.as(rootKey)
  const written: Written = { lives: [], ownerKeys: [], revisions: [] }
  const home = await makeHome(root, connection.as, name)
  const api = connection.as(home.ownerKey)
  let reach = () => {}
  const goalReached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const acknowledge = (revision: string) => {
    written.revisions.push(revision)
    if (written.revisions.length === goal) reach()
  }
  const writing = Array.from({ length: writers }, (_, writer) =>
    untilGone(async (turn) => {
      const life = newLife(`${name}-${writer}-${turn}`, home, turn % 2 === 1)
      written.lives.push(life)
      while (life.done < life.steps) acknowledge(await takeStep(api, life))
    }),
  )
  const founding = untilGone(async (turn) => {
    const { ownerApiKey, revision } = await found(root, `${name}-founded-${turn}`)
    written.ownerKeys.push(ownerApiKey)
    acknowledge(revision)
  })
  const ended = Promise.all([...writing, founding])
    .then(() => written)
    .finally(() => connection.close())
  return { reached: Promise.race([goalReached, ended]), ended }
}

/** Throws unless everything acknowledged is there, and what was under way is there whole or not. */
export async function checkWritten(
  address: string,
  rootKey: string,
  { lives, ownerKeys }: Written,
): Promise<void> {
  const connection = connect(address)
  const checks = [
    ...lives.map((life) => () => checkLife(connection.as(life.home.ownerKey), life)),
    ...ownerKeys.map((key) => () => checkFounded(connection.as(key), key)),
    async () => void (await connection.as(rootKey).users.getUser()),
  ]
  const overlapping = 8
  try {
    for (let i = 0; i < checks.length; i += overlapping) {
      await Promise.all(checks.slice(i, i + overlapping).map((check) => check()))
    }
  } finally {
    connection.close()
  }
}

async function makeHome(root: Api, as: (secret: string) => Api, name: string): Promise<Home> {
  const { organization, ownerApiKey } = await found(root, name)
  const { id: groupId } = await as(ownerApiKey).groups.createGroup({ name: 'group' })
  return { organizationId: organization?.id ?? '', ownerKey: ownerApiKey, groupId }
}

function found(root: Api, name: string) {
  return root.organizations.createOrganization({ name, ownerEmail: `${name}@acme.example` })
}

async function checkFounded(owner: Api, key: string): Promise<void> {
  const answer = await ask(owner, key, { action: 'any:thing:at-all' })
  if (answer !== 'allow OWNER') throw new Error(`the key of a new owner decides ${answer}`)
}

async function untilGone(work: (turn: number) => Promise<void>): Promise<void> {
  try {
    for (let turn = 0; ; turn++) await work(turn)
  } catch (error) {
    if ((error as ServiceError).code !== status.UNAVAILABLE) throw error
  }
}
