import { fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js'
import { descriptorSetBase64 } from './gen/descriptors.js'
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService,
} from './gen/grpc/reflection/v1/reflection.js'

type Answer = ServerReflectionResponse['messageResponse']
type Call = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>

/**
 * Serves reflection, v1 and v1alpha, from the descriptors that the code was generated from. (The
 * package for this parses .proto files anew, and `buf curl` finds no services in what it serves.)
 */
export function addReflection(server: Server, services: readonly string[]): void {
  const index = new DescriptorIndex(Buffer.from(descriptorSetBase64, 'base64'))
  const serve = (call: Call): void => {
    call.on('data', (request: ServerReflectionRequest) => {
      call.write({
        validHost: request.host,
        originalRequest: request,
        messageResponse: answer(request.messageRequest, index, services),
      })
    })
    call.on('end', () => call.end())
  }
  const method = ServerReflectionService.serverReflectionInfo
  const alpha = { ...method, path: method.path.replace('.v1.', '.v1alpha.') }
  server.addService(ServerReflectionService, { serverReflectionInfo: serve })
  server.addService({ serverReflectionInfo: alpha }, { serverReflectionInfo: serve })
}

function answer(
  question: ServerReflectionRequest['messageRequest'],
  index: DescriptorIndex,
  services: readonly string[],
): Answer {
  switch (question?.$case) {
    case 'listServices':
      return {
        $case: 'listServicesResponse',
        value: { service: services.map((name) => ({ name })) },
      }
    case 'fileByFilename':
      return fileAnswer(index.closure(question.value))
    case 'fileContainingSymbol':
      return fileAnswer(index.closure(index.fileOf(question.value)))
    default:
      // Nothing here has extensions.
      return fileAnswer([])
  }
}

function fileAnswer(files: readonly Buffer[]): Answer {
  if (files.length > 0) {
    return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto: [...files] } }
  }
  return {
    $case: 'errorResponse',
    value: { errorCode: status.NOT_FOUND, errorMessage: 'not found' },
  }
}

class DescriptorIndex {
  readonly #files = new Map<string, FileDescriptorProto>()
  readonly #fileBySymbol = new Map<string, string>()

  constructor(descriptorSet: Uint8Array) {
    for (const file of fromBinary(FileDescriptorSetSchema, descriptorSet).file) this.#add(file)
  }

  fileOf(symbol: string): string {
    return this.#fileBySymbol.get(symbol) ?? ''
  }

  /** The file and everything that it imports, or nothing. */
  closure(name: string, seen = new Set<string>()): Buffer[] {
    const file = this.#files.get(name)
    if (!file || seen.has(name)) return []
    seen.add(name)
    const own = Buffer.from(toBinary(FileDescriptorProtoSchema, file))
    return [own, ...file.dependency.flatMap((dependency) => this.closure(dependency, seen))]
  }

  #add(file: FileDescriptorProto): void {
    this.#files.set(file.name, file)
    const note = (symbol: string) => this.#fileBySymbol.set(symbol, file.name)
    for (const message of file.messageType) noteMessage(`${file.package}.`, message, note)
    for (const { name } of file.enumType) note(`${file.package}.${name}`)
    for (const service of file.service) {
      note(`${file.package}.${service.name}`)
      for (const { name } of service.method) note(`${file.package}.${service.name}.${name}`)
    }
  }
}

function noteMessage(prefix: string, message: DescriptorProto, note: (s: string) => void): void {
  const name = prefix + message.name
  note(name)
  for (const nested of message.nestedType) noteMessage(`${name}.`, nested, note)
  for (const { name: member } of message.enumType) note(`${name}.${member}`)
}
