import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { SubjectAltNameEntry } from 'selfsigned'

/** The certificate of a TLS server, and its key. PEM. */
export interface Certificate {
  cert: string
  key: string
}

/** Settings of the server. A path is '' if it is not set. */
export interface CertificateSettings {
  tls: boolean
  tlsCert: string
  tlsKey: string
  /** A certificate that is made is valid for this name, and for this machine's names. */
  host: string
}

const VALID_DAYS = 365
const DAY_MS = 86_400_000

/**
 * Reads the certificate from the files that are set. If neither file exists, creates a certificate and writes both, so that a
 * client can be configured to trust it. Without files, the certificate lasts as long as the server. null: no TLS.
 *
 * @throws Error that names the file that is missing or wrong
 */
export async function certificateOf(settings: CertificateSettings): Promise<Certificate | null> {
  const { tls, tlsCert, tlsKey, host } = settings
  if (tlsCert === '' && tlsKey === '') return tls ? makeCertificate(host) : null
  if (tlsCert === '') throw new Error('--tls-key needs --tls-cert: a key without its certificate cannot be used')
  if (tlsKey === '') throw new Error('--tls-cert needs --tls-key: a certificate without its key cannot be used')
  const [hasCert, hasKey] = [existsSync(tlsCert), existsSync(tlsKey)]
  if (hasCert && hasKey) return readCertificate(tlsCert, tlsKey)
  if (hasCert) throw new Error(`--tls-key: ${tlsKey} does not exist, but the certificate ${tlsCert} does`)
  if (hasKey) throw new Error(`--tls-cert: ${tlsCert} does not exist, but the key ${tlsKey} does`)
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
    throw new Error(
      `--tls-cert ${certPath} and --tls-key ${keyPath} are not a certificate and its key in PEM: ${why}`,
      {
        cause: error,
      },
    )
  }
  return pair
}

async function makeCertificate(host: string): Promise<Certificate> {
  // Loaded on demand: the X.509 package takes longer to load than the rest of the server.
  const { generate } = await import('selfsigned')
  const now = Date.now()
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'transport-playground' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // For a client whose clock is behind, the certificate would not be valid yet.
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
  const isEveryAddress = host === '0.0.0.0' || host === '::'
  const names = new Set(['localhost', '127.0.0.1', '::1', ...(isEveryAddress ? [] : [host])])
  return [...names].map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }))
}
