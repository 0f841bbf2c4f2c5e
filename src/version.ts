import { readFileSync } from 'node:fs'

/** Of the package, as it says itself; `unknown` where the program was bundled without it. */
export function packageVersion(): string {
  try {
    // Sources and compiled files stand equally deep below package.json.
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  } catch {
    return 'unknown'
  }
}
