import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { SubjectAltNameEntry } from 'selfsigned'

/** What a TLS server shows, and proves that it is its own. PEM. */
export interface Certificate {
  cert: string
  key: string
}

/** Settings of the server. A path is a text; empty where none is given. */
export interface CertificateSettings {
  tls: boolean
  tlsCert: string
  tlsKey: string
  /** What a certificate is made for, beside this machine's own names. */
  host: string
}

const VALID_DAYS = 365
const DAY_MS = 86_400_000

/**
 * The certificate in the files that are set. Where neither exists, one is made and written there, so that a client can be
 * told to trust it; without files it lives as long as the server. null: this server goes without TLS.
 *
 * @throws Error that names what is missing, or is not what it should be
 */
export async function certificateOf(settings: CertificateSettings): Promise<Certificate | null> {
  const { tls, tlsCert, tlsKey, host } = settings
  if (tlsCert === '' && tlsKey === '') return tls ? makeCertificate(host) : null
  if (tlsCert === '') throw new Error('--tls-key needs --tls-cert: a key is of no use without its certificate')
  if (tlsKey === '') throw new Error('--tls-cert needs --tls-key: a certificate is of no use without its key')
  const [hasCert, hasKey] = [existsSync(tlsCert), existsSync(tlsKey)]
  if (hasCert && hasKey) return readCertificate(tlsCert, tlsKey)
  if (hasCert) throw new Error(`--tls-key: there is no key in ${tlsKey}, though there is a certificate in ${tlsCert}`)
  if (hasKey) throw new Error(`--tls-cert: there is no certificate in ${tlsCert}, though there is a key in ${tlsKey}`)
  const made = await makeCertificate(host)
  await writeFile(tlsKey, made.key, { mode: 0o600 })
  await writeFile(tlsCert, made.cert)
  return made
}

async function readCertificate(certPath: string, keyPath: string): Promise<Certificate> {
  const pair = { cert: await readFile(certPath, 'utf8'), key: await readFile(keyPath, 'utf8') }
  try {
    createSecureContext(pair)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`--tls-cert ${certPath} and --tls-key ${keyPath} are no certificate and its key, in PEM: ${why}`, {
      cause: error,
    })
  }
  return pair
}

async function makeCertificate(host: string): Promise<Certificate> {
  // X.509 takes longer to load than all the rest, and only who makes a certificate needs it.
  const { generate } = await import('selfsigned')
  const now = Date.now()
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'transport-playground' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A clock that is a little behind would find it not valid yet.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: namesOf(host) },
    ],
  })
  return { cert, key }
}

function namesOf(host: string): SubjectAltNameEntry[] {
  const isEverybody = host === '0.0.0.0' || host === '::'
  const names = new Set(['localhost', '127.0.0.1', '::1', ...(isEverybody ? [] : [host])])
  return [...names].map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }))
}
