import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Those that take longest, first: begun last, one of them would keep one core busy while the other
 * has nothing to do. A fresh machine remembers no durations, so they are said here.
 */
const longest = ['crash', 'process', 'retry-crash', 'postgres-crash', 'cli', 'migrate', 'corpus']

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong).sort(byLength), ...sorted.filter((file) => !isLong(file))]
  }
}

function byLength(a: TestSpecification, b: TestSpecification): number {
  return rank(a) - rank(b)
}

function isLong(file: TestSpecification): boolean {
  return rank(file) >= 0
}

function rank({ moduleId }: TestSpecification): number {
  return longest.findIndex((name) => moduleId.endsWith(`/test/e2e/${name}.test.ts`))
}
