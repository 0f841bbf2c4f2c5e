import { Validation } from '../domain/validation.js'
import { SimulateResponse, SimulationServiceService } from '../grpc/gen/postern/v1/simulation.js'
import { CliError } from './cli-error.js'
import type { Command } from './command.js'
import { type Connection, withConnection } from './connection.js'
import { connectionOptions } from './connection-options.js'
import { type DataFile, placed, readDataFile } from './data-file.js'
import { exitCodes } from './exit-code.js'
import { inFile } from './import.js'
import { protoJson } from './proto-json.js'
import { parseSimulation, type SimulationFile } from './simulation-file.js'
import { Names } from './simulation-names.js'
import { simulationText } from './simulation-text.js'
import { toSimulateRequest } from './simulation-wire.js'

export const simulate: Command = {
  path: 'simulate',
  summary: 'Show which questions would be decided otherwise after some changes; writes nothing',
  operands: { usage: 'FILE', min: 1, max: 1 },
  options: {
    all: { help: 'show the questions that stay as they are, too' },
    'exit-code': { help: 'exit with 1 when any question would be decided otherwise' },
    ...connectionOptions,
  },
  examples: ['postern simulate what-if.yaml', 'postern simulate - --exit-code < what-if.yaml'],
  async run(args, { terminal, paint }) {
    const file = await readDataFile(args.operand(0), terminal)
    const simulation = readSimulation(file)
    const response = await withConnection(args, terminal, (connection) =>
      send(connection, file, simulation),
    )
    const isOtherwise = response.gained + response.lost > 0
    const { questions } = simulation
    return {
      exitCode: args.has('exit-code') && isOtherwise ? exitCodes.no : exitCodes.ok,
      text: () => simulationText(response, { questions, all: args.has('all'), paint }),
      json: () => protoJson('SimulateResponse', SimulateResponse, response),
    }
  },
}

function readSimulation(file: DataFile): SimulationFile {
  const validation = new Validation()
  const simulation = parseSimulation(validation, file.value)
  if (!validation.failed) return simulation
  throw new CliError(exitCodes.badData, {
    reason: 'SIMULATION_INVALID',
    message: `${file.name} is no valid simulation:`,
    violations: placed(file, validation.violations),
  })
}

async function send(
  connection: Connection,
  file: DataFile,
  simulation: SimulationFile,
): Promise<SimulateResponse> {
  const request = await toSimulateRequest(simulation, new Names(connection))
  try {
    return await connection.call(SimulationServiceService.simulate, request)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw inFile(file, error)
  }
}
