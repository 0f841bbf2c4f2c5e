import type { Principal, PrincipalRef } from '../domain/principal.js'
import type { EntityValue, EntityWant } from '../service/entities.js'
import type { DecisionReader } from '../service/ports/decisions.js'

/** Reads one entity from the store. */
export function loadEntity(reader: DecisionReader, want: EntityWant): Promise<EntityValue> {
  switch (want.kind) {
    case 'credential':
      return reader.findCredential(want.secretHash)
    case 'principal':
      return findPrincipal(reader, want.ref)
    case 'bindings':
      return reader.policiesOf([want.holderId])
    case 'project':
      return reader.findProjectOrganization(want.id)
    default:
      return want satisfies never
  }
}

/**
 * Entities are held by id alone, as the change log names them: a question that has the type wrong
 * must not leave behind that the principal does not exist.
 */
async function findPrincipal(
  reader: DecisionReader,
  ref: PrincipalRef,
): Promise<Principal | undefined> {
  const { id } = ref
  const other = { type: ref.type === 'user' ? 'application' : 'user', id } as PrincipalRef
  return (await reader.findPrincipal(ref)) ?? reader.findPrincipal(other)
}
