import { Metadata } from '@grpc/grpc-js'

/** Answers every read, write and decision with the revision behind it. */
export const revisionHeader = 'postern-revision'

export function sendRevision(
  call: { sendMetadata(metadata: Metadata): void },
  revision: string,
): string {
  const metadata = new Metadata()
  metadata.set(revisionHeader, revision)
  call.sendMetadata(metadata)
  return revision
}
