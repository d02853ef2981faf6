// The echo of Node's net module, on one thread: node echo.js PORT
const net = require('node:net');

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
server.listen({ port: Number(process.argv[2]), backlog: 4096 }, () => {
  console.log(`listening on port ${server.address().port}`);
});
