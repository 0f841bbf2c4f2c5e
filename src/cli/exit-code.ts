/** What the process answers to the shell: sysexits(3), with 1 kept for "no". */
export const exitCodes = {
  ok: 0,
  no: 1,
  usage: 64,
  badData: 65,
  noInput: 66,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  outputFailed: 74,
  notPermitted: 77,
  misconfigured: 78,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** For `postern help exit-codes`. Only 0 and 1 are answers; anything else means "not known". */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done; for `check` and `explain`, allow',
  1: 'for `check` and `explain`, deny; for `policy test`, a case failed',
  64: 'the command line is wrong',
  65: 'the data is wrong: a file that cannot be read as one, a value the server refuses, a name that does not exist',
  66: 'an input file is not there',
  69: 'the server cannot be reached, is too busy, or did not answer in time',
  70: 'a bug, here or in the server',
  73: 'what should be made exists already or exceeds a quota, or the output file cannot be made',
  74: 'the output could not be written',
  77: 'the key is missing, invalid or may not do this; a file that holds a secret is open to everybody',
  78: 'the configuration is wrong',
}
