/**
 * Short polling until one server thread is full, by the operational laws of closed systems (Denning and Buzen 1978): N
 * clients, each serviceMs of the server per poll and awayMs elsewhere (on the link, thinking, pausing).
 *
 * The server finishes at most 1/s polls per second, so a cycle cannot be under N·s, and R = cycle − away. Both bounds meet
 * at N* = (away + s) / s. Exact for constant times well beyond N*; near it the queue is somewhat longer, as times vary.
 */
export interface ClosedLoop {
  serviceMs: number
  awayMs: number
}

/** N* of clients that pause after each answer; the pause is part of awayMs. */
export function kneeClients({ serviceMs, awayMs }: ClosedLoop): number {
  return (awayMs + serviceMs) / serviceMs
}

/**
 * N* of clients that ask every intervalMs, start to start, as ours do. Below it a slow answer only shortens their sleep;
 * beyond it they do not sleep, so that awayMs in `responseMs` is then the link and the thinking alone.
 */
export function cadenceKneeClients({ serviceMs, intervalMs }: { serviceMs: number; intervalMs: number }): number {
  return intervalMs / serviceMs
}

/** The least possible mean response time at the server, waiting included. */
export function responseMs({ clients, serviceMs, awayMs }: ClosedLoop & { clients: number }): number {
  return Math.max(serviceMs, clients * serviceMs - awayMs)
}
