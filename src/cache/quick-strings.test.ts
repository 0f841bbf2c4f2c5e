import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** In a process of its own: what strings are like is for a whole process, and for good. */
function areQuickOnceLoaded(module: string): boolean {
  const program = `await import('${module}'); console.log(%HasFastProperties(String.prototype))`
  const natives = ['--allow-natives-syntax', '--import', 'tsx', '--input-type=module']
  return JSON.parse(
    execFileSync(process.execPath, [...natives, '-e', program], { encoding: 'utf8' }),
  )
}

test('the Redis client makes the methods of all strings slow', () => {
  expect(areQuickOnceLoaded('ioredis')).toBe(false)
})

test('they are quick where our connection to Redis is loaded', () => {
  const connection = new URL('./redis-connection.ts', import.meta.url)
  expect(areQuickOnceLoaded(connection.href)).toBe(true)
})
