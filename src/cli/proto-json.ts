import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { descriptorSetBase64 } from '../grpc/gen/descriptors.js'

/** The generated half of a message that turns it into bytes. */
interface Encoder<T> {
  encode(message: T): { finish(): Uint8Array }
}

/**
 * A message as protobuf's own JSON, with the names of the .proto files: what other tools print for
 * the same message. `name` is the message's, without the package.
 */
export function protoJson<T>(name: string, encoder: Encoder<T>, message: T): unknown {
  const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
  )
  const schema = registry.getMessage(`postern.v1.${name}`)
  if (!schema) throw new Error(`no message ${name}`)
  return toJson(schema, fromBinary(schema, encoder.encode(message).finish()), {
    registry,
    useProtoFieldName: true,
    alwaysEmitImplicit: true,
  })
}
