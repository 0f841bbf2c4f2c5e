import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { findBuiltinPermissionSet } from '../../src/catalog/builtin.js'
import { compileCondition } from '../../src/domain/condition/compile.js'
import { rememberConditions } from '../../src/domain/condition/remember.js'
import type { Corpus } from '../../src/domain/corpus.js'
import { parseCorpus } from '../../src/domain/corpus-parser.js'
import { parsed } from '../../src/domain/validation.js'
import { createCountedIds } from '../../src/domain/world/counted-ids.js'
import type { OrganizationPlan } from '../../src/domain/world/plan.js'
import { createWorld, type World } from '../../src/domain/world/world.js'

const remembered = rememberConditions(compileCondition)

export function offlineWorld(plans: readonly OrganizationPlan[]): World {
  return parsed((v) =>
    createWorld(v, plans, {
      newId: createCountedIds(),
      findBuiltin: findBuiltinPermissionSet,
      compileCondition: remembered,
    }),
  )
}

const directory = new URL('../decisions/', import.meta.url)

/** The names of all corpus files, the first one first. */
export const corpusFiles: readonly string[] = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .sort()

/** Throws what is wrong with the file. */
export function readCorpusFile(name: string): Corpus {
  const raw: unknown = parse(readFileSync(new URL(name, directory), 'utf8'))
  return parsed((v) => parseCorpus(v, '', raw))
}
