import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the methods of strings are quick where our connection to Redis is loaded', () => {
  const connection = new URL('./redis-connection.ts', import.meta.url)
  const program = `await import('${connection}'); console.log(%HasFastProperties(String.prototype))`
  // In a process of its own: what strings are like is for a whole process, and for good.
  const natives = ['--allow-natives-syntax', '--import', 'tsx', '--input-type=module']
  const said = execFileSync(process.execPath, [...natives, '-e', program], { encoding: 'utf8' })
  expect(said).toBe('true\n')
})
