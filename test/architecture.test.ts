import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { architectureProblems, type SourceFile } from './support/architecture.js'

const source = new URL('../src/', import.meta.url)

/** All but tests, which may set their subjects up with whatever it takes. */
function sourceFiles(): SourceFile[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(new URL(path, source), 'utf8') }))
}

test('every file keeps to its floor', () => {
  const files = sourceFiles()
  expect(files.length).toBeGreaterThan(100)
  expect(architectureProblems(files)).toEqual([])
})

test.each([
  ['an upward import', 'domain/a.ts', "import { b } from '../service/b.js'"],
  ['an import of types', 'service/a.ts', "import type { B } from '../grpc/gen/b.js'"],
  ['a sibling', 'grpc/a.ts', "import { b } from '../storage/sql/b.js'"],
  ['an import for its effect', 'storage/sql/a.ts', "import '../../telemetry/b.js'"],
  ['an import at run time', 'cli/a.ts', "await import('../service/b.js')"],
  ['an export of another floor', 'service/a.ts', "export { b } from '../storage/b.js'"],
  ['an import over many lines', 'cli/a.ts', "import {\n  b,\n} from '../grpc/server.js'"],
  ['the root from a floor', 'telemetry/a.ts', "import { c } from '../config.js'"],
  ['the server from another command', 'cli/check.ts', "import { openSystem } from '../compose.js'"],
  ['a package in the domain', 'domain/a.ts', "import { z } from 'zod'"],
  ["the conditions' package elsewhere", 'domain/a.ts', "import { x } from '@bufbuild/cel'"],
  ['an admitted name as a mere prefix', 'domain/condition/a.ts', "import '@bufbuild/cel-extra'"],
  ['the platform in the domain', 'domain/a.ts', "import { createHash } from 'node:crypto'"],
  ['a driver in the services', 'service/a.ts', "import { Pool } from 'pg'"],
  ['a floor that nobody knows', 'helpers/a.ts', "import { b } from '../domain/b.js'"],
  ['waiting in the domain', 'domain/a.ts', 'export async function a() {}'],
  ['a promise in the domain', 'domain/a.ts', 'export type A = Promise<void>'],
  ['the clock in the domain', 'domain/a.ts', 'const now = Date.now()'],
  ['the clock in the domain, as a date', 'domain/a.ts', 'const now = new Date()'],
  ['chance in the domain', 'domain/a.ts', 'const dice = Math.random()'],
  ['the environment in the domain', 'domain/a.ts', 'const a = process.env.A'],
  ['the domain in the transport', 'wire/a.ts', "import { b } from '../domain/b.js'"],
  ['the transport in another face', 'http/a.ts', "import { b } from '../wire/server.js'"],
  ['a package in the transport', 'wire/http2/a.ts', "import { Server } from '@grpc/grpc-js'"],
  ['the product in the transport', 'wire/grpc/a.ts', '// Each policy has its own window.'],
])('%s is seen', (_, path, text) => {
  expect(architectureProblems([{ path, text }])).toHaveLength(1)
})

test.each([
  ['the own floor', 'service/a.ts', "import { b } from './document/b.js'"],
  ['a floor below', 'storage/sql/a.ts', "import { b } from '../../domain/b.js'"],
  ['the contract, from the command line', 'cli/a.ts', "import { b } from '../grpc/gen/b.js'"],
  ['the server, from the command that is it', 'cli/serve.ts', "await import('../main.js')"],
  ['anything, from the root', 'compose.ts', "import { b } from './storage/b.js'"],
  ['an admitted package', 'domain/condition/a.ts', "import { c } from '@bufbuild/protobuf/wkt'"],
  ['a driver where drivers are', 'storage/sql/a.ts', "import { Pool } from 'pg'"],
  ['an instant that was given', 'domain/a.ts', 'const day = new Date(nowMs)'],
  ['the platform in the transport', 'wire/http2/a.ts', "import { connect } from 'node:net'"],
  ['words in comments', 'domain/a.ts', '// process the async queue\n/* await Date.now */'],
])('%s is let through', (_, path, text) => {
  expect(architectureProblems([{ path, text }])).toEqual([])
})
