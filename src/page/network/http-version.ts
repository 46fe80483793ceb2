/**
 * Whether this page was loaded over HTTP/2: then a browser sends all its requests to this server as streams of one connection.
 * Links, which have other ports, exist over HTTP/1.1 only.
 */
export const isMultiplexed: boolean = performance
  .getEntriesByType('navigation')
  .some((entry) => (entry as PerformanceNavigationTiming).nextHopProtocol === 'h2')

/** HTTP/1.1 connections that a browser opens to one port, for all its tabs together. */
export const CONNECTIONS_PER_PORT = 6
