/**
 * Node's HTTP, without what its `import` brings along: the module's exports are all read then, also `WebSocket`, and with
 * it comes Node's own undici, 13 MB of resident memory that nothing here uses (measured, Node 24).
 */
export const { createServer, request, STATUS_CODES } = process.getBuiltinModule('node:http');
