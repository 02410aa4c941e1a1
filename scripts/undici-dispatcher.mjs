// What `import('undici')` means inside the bundle: the half that sends requests. The package's main file loads fetch,
// caches and mocks as well, which doubles its size and the time to load it.

import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

Dispatcher.prototype.request = request;

export { Agent, EnvHttpProxyAgent };
