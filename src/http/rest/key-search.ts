import type { ApiKeyId, ApplicationId, UserId } from '../../domain/ids.js'
import type { KeyOrder, Slice } from '../../service/ports/search.js'
import type { KeySearch } from '../../service/search-keys.js'
import type { Input } from './input.js'

/** What a list of keys is asked for. */
export function toKeySearch(input: Input): {
  readonly search: KeySearch
  readonly slice: Slice<KeyOrder>
} {
  const ids = idsOf(input)
  const bearers = bearersOf(input)
  const bearerType = input.choice('bearer_type', ['user', 'application'], 'unknown_bearer_type')
  const expired = input.flag('expired')
  const description = input.text('description')
  return {
    search: {
      ...(ids && { ids }),
      ...(bearers && { bearers }),
      ...(bearerType && { bearerType }),
      ...(expired !== undefined && { expired }),
      ...(description !== undefined && { description }),
    },
    slice: input.slice({
      created_at: 'created_at',
      updated_at: 'updated_at',
      expires_at: 'expires_at',
      access_key: 'access_key',
    }),
  }
}

function idsOf(input: Input): ApiKeyId[] | undefined {
  // Every key can be edited.
  if (input.flag('editable') === false) return []
  const [one, many] = [input.text('access_key'), input.texts('access_keys')]
  if (one === undefined && many === undefined) return undefined
  // What is no access key is no key's, so there is nothing to refuse.
  return [...(one === undefined ? [] : [one]), ...(many ?? [])] as ApiKeyId[]
}

/** An id alone does not say of what kind its bearer is. */
function bearersOf(input: Input): KeySearch['bearers'] {
  const user = input.id<UserId>('user_id')
  const application = input.id<ApplicationId>('application_id')
  if (user !== undefined && application !== undefined) {
    input.v.fail('bearer', 'CONSTRAINT', 'must be only one of user_id and application_id')
  }
  if (user !== undefined) return [{ type: 'user', id: user }]
  if (application !== undefined) return [{ type: 'application', id: application }]
  const either = input.id<UserId>('bearer_id')
  if (either === undefined) return undefined
  return [
    { type: 'user', id: either },
    { type: 'application', id: either as string as ApplicationId },
  ]
}
