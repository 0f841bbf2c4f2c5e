import { expect, test } from 'vitest'
import { findBuiltinPermissionSet } from '../catalog/builtin.js'
import { compileCondition } from '../domain/condition/compile.js'
import { reportPolicyTest } from './corpus-report.js'
import { openOffline, runPolicyTest } from './corpus-run.js'
import { noInput } from './read-file.js'

const corpus = (cases: string) => `
description: Ada starts servers
organizations:
  - name: acme
    projects: [{ name: staging }]
    users: [{ email: ada@acme.example }]
    policies:
      - name: ada-starts
        principal: { user: ada@acme.example }
        rules: [{ permission_sets: [InstancesServerStart], projects: [staging] }]
now: 2026-06-15T10:00:00Z
cases:
${cases}`

const good = `
  - name: she starts one
    user: ada@acme.example
    action: compute:servers:start
    resource: { project: staging }
    expect: { decision: allow, reason: RULE, policy: ada-starts }`
const bad = `
  - name: she stops one
    user: ada@acme.example
    action: compute:servers:stop
    resource: { project: staging }
    expect: { decision: allow, reason: RULE }`

const files = new Map([
  ['good.yaml', corpus(good)],
  ['bad.yaml', corpus(good + bad)],
  ['typo.yaml', corpus(good.replace('staging', 'stagin'))],
  ['unruly.yaml', corpus(good).replace('InstancesServerStart', 'Nothing')],
  ['broken.yaml', 'cases: ['],
])

function run(...paths: readonly string[]) {
  return runPolicyTest({
    files: paths,
    async readText(path) {
      const text = files.get(path)
      if (text === undefined) throw noInput(`${path}: no such file`)
      return text
    },
    open: openOffline({ findBuiltin: findBuiltinPermissionSet, compileCondition }),
  })
}

test('passes when every case comes out as expected', async () => {
  const result = await run('good.yaml')
  expect([result.passed, result.failed]).toEqual([1, 0])
  expect(reportPolicyTest(result)).toBe('ok   good.yaml: Ada starts servers\n1 passed, 0 failed\n')
})

test('tells what came out otherwise', async () => {
  const result = await run('bad.yaml')
  expect([result.passed, result.failed]).toEqual([1, 1])
  expect(reportPolicyTest(result)).toBe(
    [
      'FAIL bad.yaml: Ada starts servers',
      '     she stops one',
      '       expected allow RULE',
      '       got      deny NO_MATCHING_RULE',
      '1 passed, 1 failed',
      '',
    ].join('\n'),
  )
})

test.each([
  ['typo.yaml', 'cases[0].resource.project'],
  ['unruly.yaml', 'organizations[0].policies[0].rules[0].permission_sets[0]'],
  ['broken.yaml', ''],
  ['absent.yaml', ''],
])('%s cannot be run and fails, and the others go on', async (path, field) => {
  const result = await run(path, 'good.yaml')
  expect([result.passed, result.failed]).toEqual([1, 1])
  expect(result.files[0]?.problems[0]?.field).toBe(field)
  expect(reportPolicyTest(result)).toMatch(new RegExp(`^FAIL ${path}\n {5}\\S`))
})

test('a case may expect a refusal', async () => {
  files.set(
    'refusal.yaml',
    corpus(
      good
        .replace(/action: .*/, 'action: "*"')
        .replace(/expect: .*/, 'expect: { invalid: action }'),
    ),
  )
  expect((await run('refusal.yaml')).passed).toBe(1)
})
