import { PermissionSetScopeType } from '../../../src/grpc/gen/postern/v1/permission_set.js'
import { Effect } from '../../../src/grpc/gen/postern/v1/policy.js'
import { anApplication, aRule, fresh } from '../acts.js'
import type { TestSystem } from '../system.js'

/** Reads public files, inner ones from an inner address, and nothing that is secret. */
export async function aReader({ owner }: TestSystem): Promise<{ id: string; key: string }> {
  const set = fresh('FileReading')
  await owner.permissionSets.createPermissionSet({
    name: set,
    permissions: ['files:read'],
    scopeType: PermissionSetScopeType.ORGANIZATION,
  })
  const reader = await anApplication(owner)
  await owner.policies.createPolicy({
    name: fresh('policy'),
    principal: { $case: 'applicationId', value: reader.id },
    rules: [
      aRule({ permissionSetNames: [set] }),
      aRule({ effect: Effect.DENY, permissionSetNames: [set], resources: ['file/secret/*'] }),
      aRule({
        effect: Effect.DENY,
        permissionSetNames: [set],
        resources: ['file/inner/*'],
        condition: '!inIpRange(request.ip, "10.0.0.0/8")',
      }),
    ],
  })
  return reader
}
