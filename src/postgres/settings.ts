/** Server settings for a small machine that runs Cameo beside it; `overrides` win. */
export function serverFlags(port: number, overrides: Record<string, string> = {}): string[] {
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    // A socket's path has a length limit that a deep folder breaks, and TCP is enough here.
    unix_socket_directories: '',
    max_connections: '50',
    shared_buffers: '192MB',
    effective_cache_size: '1GB',
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    // Nothing replicates from this server: COPY into a table made in the same transaction skips WAL.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    // Statements here are short or run once: compiling them costs more than it saves.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    ...overrides,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
