import { z } from 'zod'

const boolean = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'must be a duration with its unit, such as 10s')
  .transform(toMs)

const mebibyte = 1_048_576

const bytes = z
  .string()
  .regex(/^\d{1,6}(KiB|MiB|GiB)$/, 'must be a size with its unit, such as 64MiB')
  .transform(toBytes)

const quota = z
  .string()
  .regex(/^(unlimited|[1-9]\d{0,6})$/, 'must be a number from 1 to 9999999, or unlimited')
  .default('unlimited')

/** Every setting, with its form, bounds and default. */
export const variables = z.object({
  POSTERN_DATABASE_URL: z.string().optional(),
  POSTERN_LISTEN: z
    .string()
    .regex(/^(unix:.+|\[?[^\s]+\]?:\d{1,5})$/, 'must be host:port or unix:/path')
    .default('127.0.0.1:50051'),
  POSTERN_WORKERS: z.coerce
    .number()
    .int()
    .min(1, 'must be from 1 to 64')
    .max(64, 'must be from 1 to 64')
    .default(1),
  POSTERN_WIRE: z.enum(['on', 'off']).default('on'),
  POSTERN_HTTP_LISTEN: z
    .string()
    .regex(/^(off|\[?[^\s]+\]?:\d{1,5})$/, 'must be host:port or off')
    .default('127.0.0.1:8080'),
  POSTERN_PUBLIC_URL: z
    .string()
    .regex(
      /^https:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/,
      'must be https://host or https://host:port, without a path',
    )
    .optional(),
  POSTERN_ROUTES_FILE: z.string().optional(),
  POSTERN_TLS_CERT_FILE: z.string().optional(),
  POSTERN_TLS_KEY_FILE: z.string().optional(),
  POSTERN_TLS_CLIENT_CA_FILE: z.string().optional(),
  POSTERN_INSECURE: boolean.default(false),
  POSTERN_AUTHORIZE_PEERS: z.enum(['loopback', 'anyone']).default('loopback'),
  POSTERN_PEPPER: z.string().min(32, 'must be at least 32 characters').optional(),
  POSTERN_PEPPER_FILE: z.string().optional(),
  POSTERN_ORGANIZATION_NAME: z.string().default('My organization'),
  POSTERN_ORGANIZATION_ID: z.string().default(''),
  POSTERN_OWNER_EMAIL: z.string().default('owner@postern.internal'),
  POSTERN_OWNER_KEY_FILE: z.string().optional(),
  POSTERN_STALENESS_BOUND: duration
    .refine((ms) => ms >= 1_000 && ms <= 300_000, 'must be from 1s to 300s')
    .optional(),
  POSTERN_STALENESS_PROFILE: z.enum(['strict', 'available']).default('strict'),
  POSTERN_FEED_INTERVAL: duration
    .refine((ms) => ms >= 10 && ms <= 10_000, 'must be from 10ms to 10s')
    .default(200),
  POSTERN_CACHE_ENTRIES: z.coerce
    .number()
    .int()
    .min(100, 'must be from 100 to 250000')
    .max(250_000, 'must be from 100 to 250000')
    .default(100_000),
  POSTERN_CACHE_BYTES: bytes
    .refine((count) => count >= mebibyte && count <= 8_192 * mebibyte, 'must be from 1MiB to 8GiB')
    .default(64 * mebibyte),
  POSTERN_LOAD_TIMEOUT: duration
    .refine((ms) => ms >= 10 && ms <= 10_000, 'must be from 10ms to 10s')
    .default(250),
  POSTERN_REDIS_URL: z.string().optional(),
  POSTERN_REDIS_PASSWORD_FILE: z.string().optional(),
  POSTERN_REDIS_CA_FILE: z.string().optional(),
  POSTERN_REDIS_TIMEOUT: duration
    .refine((ms) => ms >= 5 && ms <= 1_000, 'must be from 5ms to 1s')
    .default(30),
  POSTERN_STORE_LEASE: z.enum(['on', 'off', 'auto']).default('auto'),
  POSTERN_CHANGE_LOG_RETENTION: duration
    .refine((ms) => ms >= 3_600_000, 'must be at least 1h')
    .default(24 * 3_600_000),
  POSTERN_ADMIN_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1, 'must be from 1 to 10000')
    .max(10_000, 'must be from 1 to 10000')
    // Some connections' worth of calls: whoever fills one alone is not too many.
    .default(1_000),
  POSTERN_QUOTA_USERS: quota,
  POSTERN_QUOTA_APPLICATIONS: quota,
  POSTERN_QUOTA_GROUPS: quota,
  POSTERN_QUOTA_POLICIES: quota,
  POSTERN_QUOTA_API_KEYS: quota,
  POSTERN_QUOTA_PROJECTS: quota,
  POSTERN_SHUTDOWN_GRACE: duration.default(10_000),
  POSTERN_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
})

export type Variables = z.infer<typeof variables>

function toMs(text: string): number {
  const amount = Number.parseInt(text, 10)
  if (text.endsWith('ms')) return amount
  if (text.endsWith('h')) return amount * 3_600_000
  return text.endsWith('m') ? amount * 60_000 : amount * 1_000
}

function toBytes(text: string): number {
  const powers = { KiB: 1, MiB: 2, GiB: 3 }
  const unit = text.slice(-3) as keyof typeof powers
  return Number.parseInt(text, 10) * 1_024 ** powers[unit]
}
