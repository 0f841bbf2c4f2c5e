import { styleText } from 'node:util'
import { isPrintable } from '../domain/text.js'

/** The world around a command: what it reads besides its arguments, and where it writes. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Output
  readonly stderr: Output
}

export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export type Style = 'red' | 'green' | 'yellow' | 'bold' | 'dim'

/** Colours a text, or leaves it as it is when nobody would see colours. */
export type Paint = (style: Style, text: string) => string

export function paintFor(output: Output, env: NodeJS.ProcessEnv): Paint {
  const isColourful = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  // The decision is made here, for this output: not by the function, for standard output.
  return (style, text) => (isColourful ? styleText(style, text, { validateStream: false }) : text)
}

/** One line that cannot move the cursor: texts come from servers and files that may lie. */
export function printable(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (isPrintable(line)) return line
  return [...line].map((letter) => (isPrintable(letter) ? letter : '\u00b7')).join('')
}
