// What an operator may load by `--import`: an SDK of OpenTelemetry with ideas of its own.

import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ serviceName: 'mine', autoDetectResources: false, metricReaders: [] }).start();
