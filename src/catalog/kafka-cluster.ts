import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const kafkaCluster: CatalogService = {
  service: 'kafka_cluster',
  category: 'AI and data',
  permissionSets: [
    projectsSet('KafkaClusterReadOnly', 'See managed Kafka clusters.', reads('kafka_cluster')),
    projectsSet('KafkaClusterFullAccess', 'Do everything with managed Kafka clusters.', [
      'kafka_cluster:*',
    ]),
  ],
}
