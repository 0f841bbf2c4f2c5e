import type { EntityValue, EntityWant } from '../service/entities.js'
import type { DecisionReader } from '../service/ports.js'

/** Reads one entity from the store. */
export function loadEntity(reader: DecisionReader, want: EntityWant): Promise<EntityValue> {
  switch (want.kind) {
    case 'credential':
      return reader.findCredential(want.secretHash)
    case 'principal':
      return reader.findPrincipal(want.ref)
    case 'bindings':
      return reader.policiesOf([want.holderId])
    case 'project':
      return reader.findProjectOrganization(want.id)
    default:
      return want satisfies never
  }
}
