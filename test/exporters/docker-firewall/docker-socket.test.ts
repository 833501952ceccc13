import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerSocketPath } from '../../../exporters/docker-firewall/docker-socket.ts';

test('the socket is the setting, else DOCKER_HOST, else where Docker puts it', () => {
  assert.equal(dockerSocketPath('/a.sock', 'unix:///b.sock'), '/a.sock');
  assert.equal(dockerSocketPath('unix:///a.sock'), '/a.sock');
  assert.equal(dockerSocketPath(undefined, 'unix:///run/user/1000/docker.sock'), '/run/user/1000/docker.sock');
  assert.equal(dockerSocketPath(undefined, ''), '/var/run/docker.sock');
  assert.throws(() => dockerSocketPath(undefined, 'ssh://host'), /DOCKER_HOST is "ssh:\/\/host": wanted unix:\/\/PATH/);
});
