import { aptInstall, attempt } from './package-manager.js'

/** A Python with gRPC, and how to generate code for it. */
export interface Python {
  readonly program: string
  /** Turns a descriptor set into modules below `out`. */
  generate(descriptorSet: string, files: readonly string[], out: string): void
}

/**
 * Finds Python's gRPC and a generator for it. Installs Debian's packages when there are none and
 * that needs no password; throws one sentence on what to install otherwise.
 */
export function findPython(): Python {
  const found = search() ?? (aptInstall(debianPackages) ? search() : undefined)
  if (found) return found
  throw new Error(
    'these tests need Python with gRPC and protoc with its Python plugin: install them (Debian, ' +
      `Ubuntu: \`apt-get install ${debianPackages.join(' ')}\`; elsewhere: ` +
      '`python3 -m pip install grpcio grpcio-tools`) and run them again',
  )
}

const debianPackages = [
  'python3-grpcio',
  'python3-protobuf',
  'protobuf-compiler',
  'protobuf-compiler-grpc',
]

function search(): Python | undefined {
  for (const program of ['python3', '/usr/bin/python3']) {
    if (attempt(program, ['-c', 'import grpc_tools.protoc']) !== undefined) {
      return { program, generate: withTools(program) }
    }
    if (attempt(program, ['-c', 'import grpc, google.protobuf']) === undefined) continue
    const plugin = attempt('which', ['grpc_python_plugin'])?.trim()
    if (plugin) return { program, generate: withPlugin(plugin) }
  }
  return undefined
}

/** As a module it would add an import path, which a descriptor set does not go with. */
const runTools = 'import sys; from grpc_tools import protoc; sys.exit(protoc.main(sys.argv))'

function withTools(program: string): Python['generate'] {
  return (descriptorSet, files, out) =>
    generate([program, '-c', runTools, `--grpc_python_out=${out}`], {
      descriptorSet,
      files,
      out,
    })
}

function withPlugin(plugin: string): Python['generate'] {
  return (descriptorSet, files, out) =>
    generate(['protoc', `--plugin=protoc-gen-grpc=${plugin}`, `--grpc_out=${out}`], {
      descriptorSet,
      files,
      out,
    })
}

function generate(
  [program = '', ...words]: readonly string[],
  parts: { descriptorSet: string; files: readonly string[]; out: string },
): void {
  const { descriptorSet, files, out } = parts
  const rest = [`--descriptor_set_in=${descriptorSet}`, `--python_out=${out}`, ...files]
  if (attempt(program, [...words, ...rest]) === undefined) {
    throw new Error(`${program} could not generate Python modules`)
  }
}
