'use strict';

// What `import … from 'undici'` means inside the bundle: the half that sends requests. The package's main file loads
// fetch, caches and mocks as well, which doubles its size and the time to load it.

const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
Dispatcher.prototype.request = require('undici/lib/api/api-request.js');

exports.Agent = require('undici/lib/dispatcher/agent.js');

Object.defineProperty(exports, 'EnvHttpProxyAgent', {
  enumerable: true,
  get: () => require('undici/lib/dispatcher/env-http-proxy-agent.js'),
});
