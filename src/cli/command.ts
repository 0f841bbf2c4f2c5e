import type { Arguments } from './arguments.js'
import type { ExitCode } from './exit-code.js'
import type { Paint, Terminal } from './terminal.js'

/** One thing that `postern` does. */
export interface Command {
  /** The words that name it: `key create`. */
  readonly path: string
  readonly summary: string
  /** What follows the path and the options: names of operands, as help shows them. */
  readonly operands?: Operands
  readonly options: OptionSpecs
  readonly examples?: readonly string[]
  run(args: Arguments, context: Context): Promise<Outcome>
}

export interface Operands {
  readonly usage: string
  readonly min: number
  readonly max: number
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

export interface OptionSpec {
  /** What stands for the value in help; absent: a flag. */
  readonly value?: string
  readonly multiple?: boolean
  readonly help: string
}

export interface Context {
  readonly terminal: Terminal
  /** For texts on standard output. */
  readonly paint: Paint
  readonly nowMs: number
}

/** What a command has to say: `--json` picks which way. */
export interface Outcome {
  readonly exitCode: ExitCode
  text?(): string
  /** Must be plain JSON; absent: the command has nothing for programs. */
  json?(): unknown
}
