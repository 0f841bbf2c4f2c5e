import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseArguments } from './arguments.js'
import { connectionOptions } from './connection-options.js'
import { readServerSettings } from './server-settings.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-settings-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function read(argv: readonly string[], env: Record<string, string> = {}) {
  return readServerSettings(parseArguments(argv, connectionOptions), env)
}

test('nothing given is the server of this machine, in clear text, without a key', async () => {
  expect(await read([])).toEqual({ address: '127.0.0.1:50051', timeoutMs: 10_000 })
})

test('an option wins over a variable', async () => {
  const env = { POSTERN_ADDRESS: '127.0.0.1:1', POSTERN_API_KEY: ' key ' }
  expect(await read([], env)).toMatchObject({ address: '127.0.0.1:1', apiKey: 'key' })
  expect((await read(['--address', '127.0.0.1:2'], env)).address).toBe('127.0.0.1:2')
})

test.each([
  ['unix:/run/p.sock'],
  ['unix:p.sock'],
  ['localhost:1'],
  ['[::1]:65535'],
  ['127.9.9.9:1'],
])('%s is on this machine', async (address) => {
  expect((await read(['--address', address])).address).toBe(address)
})

test.each([
  ['foo'],
  ['foo:'],
  ['foo:0'],
  ['foo:65536'],
  ['http://foo:1'],
  ['unix:'],
  ['::1:1'],
  ['a b:1'],
])('%s is no address: 64 on the command line, 78 in the environment', async (address) => {
  const message = expect.stringMatching(/: must be host:port or unix:\/path$/)
  await expect(read(['--address', address])).rejects.toMatchObject({ exitCode: 64, message })
  await expect(read([], { POSTERN_ADDRESS: address })).rejects.toMatchObject({
    exitCode: 78,
    message,
  })
})

describe('keys in clear text', () => {
  test.each([
    ['postern.example:1'],
    ['10.0.0.1:1'],
    ['localhost.example:1'],
    ['127.0.0.1.example:1'],
  ])('do not go to %s unasked', async (address) => {
    const argv = ['--address', address]
    await expect(read(argv)).rejects.toMatchObject({ exitCode: 78 })
    await expect(read(argv, { POSTERN_INSECURE: 'false' })).rejects.toMatchObject({ exitCode: 78 })
    expect((await read([...argv, '--insecure'])).address).toBe(address)
    expect((await read(argv, { POSTERN_INSECURE: 'true' })).address).toBe(address)
    expect((await read([...argv, '--tls'])).tls).toEqual({})
  })
})

describe('a key', () => {
  test('may stand in a file, which wins over the variable', async () => {
    const path = join(directory, 'key')
    writeFileSync(path, 'filed\n', { mode: 0o600 })
    const settings = await read(['--api-key-file', path], { POSTERN_API_KEY: 'set' })
    expect(settings.apiKey).toBe('filed')
  })

  test('that is no single word is refused without being shown', async () => {
    await expect(read([], { POSTERN_API_KEY: 'two words' })).rejects.toMatchObject({
      exitCode: 78,
      message: 'POSTERN_API_KEY: must hold one key and nothing else',
    })
  })
})

describe('TLS', () => {
  test('is on when an authority is named', async () => {
    const path = join(directory, 'ca.pem')
    const ca = Buffer.from('-----BEGIN CERTIFICATE-----')
    writeFileSync(path, ca)
    expect((await read(['--tls-ca', path])).tls).toEqual({ ca })
    expect((await read([], { POSTERN_TLS_CA: path })).tls).toEqual({ ca })
  })

  test('needs a certificate and its key together, and files that are there', async () => {
    await expect(read(['--tls-cert', 'x'])).rejects.toMatchObject({ exitCode: 64 })
    await expect(read([], { POSTERN_TLS_KEY: 'x' })).rejects.toMatchObject({ exitCode: 78 })
    await expect(read(['--tls-ca', join(directory, 'no')])).rejects.toThrow(/ENOENT/)
    const path = join(directory, 'no.pem')
    writeFileSync(path, 'no certificate')
    await expect(read(['--tls-ca', path])).rejects.toThrow(/must be a PEM file$/)
  })
})

test.each([['0s'], ['11m'], ['5'], ['1.5s']])('a time-out of %s is refused', async (timeout) => {
  await expect(read(['--timeout', timeout])).rejects.toMatchObject({ exitCode: 64 })
})
