import fastify from 'fastify'
import { reportCpu } from './report-cpu.js'

/** The least that Fastify can do: a constant, to whoever asks, with or without a body. */

const app = fastify()
app.get('/constant', () => ({ decision: true }))
app.post('/constant', () => ({ decision: true }))
reportCpu({ address: (await app.listen({ host: '127.0.0.1', port: 0 })).slice('http://'.length) })
