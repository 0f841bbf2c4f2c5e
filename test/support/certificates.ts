import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** A certificate and its key, as PEM. */
export interface Certified {
  readonly cert: string
  readonly key: string
}

export interface Authority extends Certified {
  /** For a server at these IPv4 addresses and names; for a client, at none. */
  issue(...names: string[]): Certified
}

/** An authority that nobody knows but those who are given its certificate. */
export function createAuthority(name: string): Authority {
  const { publicKey, privateKey } = newKeys()
  const self = { name, key: privateKey }
  return {
    cert: certificate({ issuer: self, subject: name, publicKey, extensions: [isAuthority()] }),
    key: pem(privateKey),
    issue(...names) {
      const own = newKeys()
      const extensions = names.length > 0 ? [alternativeNames(names)] : []
      const subject = `${name}'s subject`
      return {
        cert: certificate({ issuer: self, subject, publicKey: own.publicKey, extensions }),
        key: pem(own.privateKey),
      }
    },
  }
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

interface Certificate {
  readonly issuer: { readonly name: string; readonly key: KeyObject }
  readonly subject: string
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
}

/** X.509 version 3 in DER (RFC 5280), valid for a century around these tests. */
function certificate({ issuer, subject, publicKey, extensions }: Certificate): string {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256(),
    commonName(issuer.name),
    sequence(der(0x18, Buffer.from('20000101000000Z')), der(0x18, Buffer.from('21000101000000Z'))),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, issuer.key)])
  const whole = sequence(body, ecdsaWithSha256(), der(0x03, signature))
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function ecdsaWithSha256(): Buffer {
  return sequence(objectId('2a8648ce3d040302'))
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))))
}

function isAuthority(): Buffer {
  const yes = der(0x01, Buffer.from([0xff]))
  return sequence(objectId('551d13'), yes, der(0x04, sequence(yes)))
}

function alternativeNames(names: readonly string[]): Buffer {
  const encoded = names.map((name) =>
    isIPv4(name)
      ? der(0x87, Buffer.from(name.split('.').map(Number)))
      : der(0x82, Buffer.from(name)),
  )
  return sequence(objectId('551d11'), der(0x04, sequence(...encoded)))
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** Tag, length in as few bytes as it takes, value. */
function der(tag: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(value.length)]), value])
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}
