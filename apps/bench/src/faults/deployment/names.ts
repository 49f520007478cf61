export const deploymentNames = ['embedded', 'postgres', 'nodes'] as const;
/** One process on the embedded database; one server on PostgreSQL; three of them. */
export type DeploymentName = (typeof deploymentNames)[number];

export const buses = ['postgres', 'nats'] as const;
/** What joins the three. */
export type Bus = (typeof buses)[number];
