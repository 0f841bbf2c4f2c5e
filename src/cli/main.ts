#!/usr/bin/env node
import { exitCodes } from './exit-code.js'
import { run } from './run.js'

// TLS to an address instead of a name makes Node warn of the gRPC library, on the stream where
// programs expect one JSON document.
process.noDeprecation = true

// Whoever reads may stop reading: what is left to say is then not said, and the answer of the
// command stays what it is. Anything else that goes wrong with the output is told by the code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  process.stderr.write(`postern: the output could not be written (${error.code})\n`)
  process.exit(exitCodes.outputFailed)
})
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), process)
