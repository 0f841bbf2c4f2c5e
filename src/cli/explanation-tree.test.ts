import { expect, test } from 'vitest'
import {
  Decision,
  ExplainResponse,
  Reason,
  RuleOutcome,
} from '../grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../grpc/gen/postern/v1/permission_set.js'
import { Effect } from '../grpc/gen/postern/v1/policy.js'
import { explanationText } from './explanation-tree.js'

const explanation = ExplainResponse.fromPartial({
  answer: {
    decision: Decision.DENY,
    reason: Reason.EXPLICIT_DENY,
    principal: { $case: 'userId', value: 'u1' },
    accessKey: 'PST1',
    policyName: 'databases stay',
  },
  groups: [
    { id: 'g1', name: 'all_users' },
    { id: 'g2', name: 'operators' },
  ],
  policies: [
    {
      name: 'databases stay',
      via: { $case: 'groupId', value: 'g2' },
      rules: [
        {
          rule: {
            effect: Effect.DENY,
            permissionSetNames: ['InstancesServerDelete'],
            scope: { $case: 'projects', value: { projectIds: ['p1', 'p2'] } },
            resources: ['server/db-*'],
            condition: 'request.ip ==\n  "10.0.0.1"',
          },
          outcome: RuleOutcome.CONDITION_ERROR,
          matched: true,
          error: 'no such key',
        },
      ],
    },
    {
      name: 'her own',
      via: { $case: 'userId', value: 'u1' },
      rules: [
        {
          rule: {
            effect: Effect.ALLOW,
            permissionSetNames: ['VPCFullAccess'],
            permissionSetsScopeType: PermissionSetScopeType.PROJECTS,
            scope: { $case: 'organization', value: {} },
          },
          outcome: RuleOutcome.ACTION_DIFFERS,
        },
      ],
    },
  ],
})

const resource = {
  organizationId: '',
  projectId: 'p1',
  type: 'server',
  id: 'db-1',
  name: '',
  locality: '',
  attributes: undefined,
}
const view = {
  question: {
    action: 'compute:servers:delete',
    resource,
    request: { ip: '', userAgent: '' },
    context: undefined,
  },
  names: { principal: 'ada@acme.example', projects: new Map([['p1', 'shop']]) },
  paint: (_: string, text: string) => text,
}

test('the path goes from the key to each rule, and says why it did or did not match', () => {
  expect(explanationText(explanation, view)).toBe(`\
deny: a rule denies it (EXPLICIT_DENY, policy \`databases stay\`)
compute:servers:delete on server/db-1 in project shop

key PST1
└─ user ada@acme.example (u1)
   ├─ policy her own
   │  └─ ✗ allow VPCFullAccess in every project
   │     └─ none of its permissions is the action
   ├─ group all_users
   └─ group operators
      └─ policy databases stay
         └─ ✓ deny InstancesServerDelete in p2, shop on server/db-* if request.ip == "10.0.0.1"
            └─ its condition fails: no such key, so the deny counts
`)
})

test('an answer without a principal is the whole explanation', () => {
  const unknown = ExplainResponse.fromPartial({
    answer: { decision: Decision.DENY, reason: Reason.KEY_NOT_FOUND },
  })
  const organization = {
    ...view.question,
    resource: { ...resource, projectId: '', type: '', id: '' },
  }
  expect(explanationText(unknown, { ...view, question: organization })).toBe(
    'deny: the key is not known (KEY_NOT_FOUND)\ncompute:servers:delete in the organization\n',
  )
})
