import { Client, credentials } from '@grpc/grpc-js'

/** One call through the library's client: load generators do not look at what they are told. */
export function askOnce(address: string, path: string, message: Buffer): Promise<Buffer> {
  const client = new Client(address, credentials.createInsecure())
  const identity = (value: Buffer) => value
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, identity, identity, message, (error, answer) => {
      client.close()
      if (error) reject(error)
      else resolve(answer ?? Buffer.alloc(0))
    })
  })
}
