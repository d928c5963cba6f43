import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { parseSpec } from 'everswarm';
import { WebShop } from './web-shop.ts';

const file = new URL('swarm.yaml', import.meta.url);
new WebShop(new App(), 'WebShop', parseSpec(readFileSync(file, 'utf8'), 'swarm.yaml'));
