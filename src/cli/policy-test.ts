import { findBuiltinPermissionSet } from '../catalog/builtin.js'
import { compileCondition } from '../domain/condition/compile.js'
import { rememberConditions } from '../domain/condition/remember.js'
import type { Command } from './command.js'
import { withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { reportPolicyTest } from './corpus-report.js'
import { openOffline, type PolicyTestResult, runPolicyTest } from './corpus-run.js'
import { openOnServer } from './corpus-server.js'
import { decodeUtf8, readBytes } from './read-file.js'

const bytesMax = 16 * 1_048_576

export const policyTest: Command = {
  path: 'policy test',
  summary: 'Check that decisions come out as files say: 0 is yes, 1 is no; needs no server',
  operands: { usage: 'FILE…', min: 1, max: 1_000 },
  options: {
    server: { help: "ask a running server about the caller's organization instead" },
    ...connectionOptions,
  },
  examples: [
    'postern policy test decisions/*.yaml',
    'postern policy test --server decisions/live.yaml',
  ],
  async run(args, { terminal }) {
    const common = { files: args.operands, readText }
    const result = args.has('server')
      ? await withConnection(args, terminal, (connection) =>
          runPolicyTest({ ...common, open: openOnServer(connection) }),
        )
      : await runPolicyTest({
          ...common,
          open: openOffline({
            findBuiltin: findBuiltinPermissionSet,
            compileCondition: rememberConditions(compileCondition),
          }),
        })
    return {
      exitCode: result.exitCode,
      text: () => reportPolicyTest(result),
      json: () => toJson(result),
    }
  },
}

async function readText(path: string): Promise<string> {
  return decodeUtf8(await readBytes(path, bytesMax), path)
}

function toJson({ files, passed, failed }: PolicyTestResult) {
  const shown = files.map(({ exitCode: _, ...file }) => file)
  return { passed, failed, files: shown }
}
