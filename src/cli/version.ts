import { readFileSync } from 'node:fs'
import type { Command } from './command.js'
import { outputOptions } from './connection-options.js'
import { exitCodes } from './exit-code.js'

export const version: Command = {
  path: 'version',
  summary: 'Print the version',
  options: outputOptions,
  async run() {
    return {
      exitCode: exitCodes.ok,
      text: versionText,
      json: () => ({ version: packageVersion(), node: process.versions.node }),
    }
  },
}

export function versionText(): string {
  return `postern ${packageVersion()}\n`
}

/** Sources and compiled files stand equally deep below package.json. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}
