import type { OptionSpecs } from './command.js'

/** What every command understands. */
export const commonOptions: OptionSpecs = {
  help: { help: 'show what the command does' },
}

/** For commands that answer programs as well as people. */
export const outputOptions: OptionSpecs = {
  ...commonOptions,
  json: { help: 'print one JSON document, errors too' },
}

/** For commands that ask a server. */
export const connectionOptions: OptionSpecs = {
  ...outputOptions,
  address: {
    value: 'ADDRESS',
    help: 'host:port or unix:/path (POSTERN_ADDRESS; 127.0.0.1:50051)',
  },
  'api-key-file': { value: 'FILE', help: "file with the caller's key (POSTERN_API_KEY)" },
  timeout: { value: 'DURATION', help: 'how long each call may take (10s)' },
  tls: { help: 'use TLS, and trust the authorities that this machine trusts' },
  'tls-ca': { value: 'FILE', help: 'use TLS, and trust this authority alone (POSTERN_TLS_CA)' },
  'tls-cert': { value: 'FILE', help: 'certificate of this client (POSTERN_TLS_CERT)' },
  'tls-key': { value: 'FILE', help: 'private key of this client (POSTERN_TLS_KEY)' },
  insecure: { help: 'send keys in clear text beyond this machine (POSTERN_INSECURE)' },
}
