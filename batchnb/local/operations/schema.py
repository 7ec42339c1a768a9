"""What RegisterJobDefinition and SubmitJob take: every member that AWS knows, its type, and whether it must be there.

A dict is a structure, whose required members end in `!`, or a map, whose only key is `ANY`; a list holds the schema of
its items, a tuple the texts that are allowed.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ANY", "REGISTER_JOB_DEFINITION", "SUBMIT_JOB", "Schema"]

Schema = Any
ANY = "*"

_HOST: Schema = {"sourcePath": str}
_EFS_AUTHORIZATION_CONFIG: Schema = {
    "accessPointId": str,
    "iam": ("ENABLED", "DISABLED"),
}
_EFS_VOLUME: Schema = {
    "fileSystemId!": str,
    "rootDirectory": str,
    "transitEncryption": ("ENABLED", "DISABLED"),
    "transitEncryptionPort": int,
    "authorizationConfig": _EFS_AUTHORIZATION_CONFIG,
}
_S3_VOLUME: Schema = {"fileSystemArn!": str, "rootDirectory": str, "transitEncryptionPort": int, "accessPointArn": str}
_VOLUME: Schema = {
    "host": _HOST,
    "name": str,
    "efsVolumeConfiguration": _EFS_VOLUME,
    "s3filesVolumeConfiguration": _S3_VOLUME,
}
_KEY_VALUE_PAIR: Schema = {"name": str, "value": str}
_MOUNT_POINT: Schema = {"containerPath": str, "readOnly": bool, "sourceVolume": str}
_ULIMIT: Schema = {"hardLimit!": int, "name!": str, "softLimit!": int}
_RESOURCE_REQUIREMENT: Schema = {
    "value!": str,
    "type!": ("GPU", "VCPU", "MEMORY"),
}
_DEVICE: Schema = {
    "hostPath!": str,
    "containerPath": str,
    "permissions": [("READ", "WRITE", "MKNOD")],
}
_TMPFS: Schema = {"containerPath!": str, "size!": int, "mountOptions": [str]}
_LINUX_PARAMETERS: Schema = {
    "devices": [_DEVICE],
    "initProcessEnabled": bool,
    "sharedMemorySize": int,
    "tmpfs": [_TMPFS],
    "maxSwap": int,
    "swappiness": int,
}
_SECRET: Schema = {"name!": str, "valueFrom!": str}
_LOG: Schema = {
    "logDriver!": ("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"),
    "options": {ANY: str},
    "secretOptions": [_SECRET],
}
_NETWORK: Schema = {"assignPublicIp": ("ENABLED", "DISABLED")}
_FARGATE_PLATFORM: Schema = {"platformVersion": str}
_EPHEMERAL_STORAGE: Schema = {"sizeInGiB!": int}
_RUNTIME_PLATFORM: Schema = {"operatingSystemFamily": str, "cpuArchitecture": str}
_REPOSITORY_CREDENTIALS: Schema = {"credentialsParameter!": str}
_CONTAINER_PROPERTIES: Schema = {
    "image": str,
    "vcpus": int,
    "memory": int,
    "command": [str],
    "jobRoleArn": str,
    "executionRoleArn": str,
    "volumes": [_VOLUME],
    "environment": [_KEY_VALUE_PAIR],
    "mountPoints": [_MOUNT_POINT],
    "readonlyRootFilesystem": bool,
    "privileged": bool,
    "ulimits": [_ULIMIT],
    "user": str,
    "instanceType": str,
    "resourceRequirements": [_RESOURCE_REQUIREMENT],
    "linuxParameters": _LINUX_PARAMETERS,
    "logConfiguration": _LOG,
    "secrets": [_SECRET],
    "networkConfiguration": _NETWORK,
    "fargatePlatformConfiguration": _FARGATE_PLATFORM,
    "enableExecuteCommand": bool,
    "ephemeralStorage": _EPHEMERAL_STORAGE,
    "runtimePlatform": _RUNTIME_PLATFORM,
    "repositoryCredentials": _REPOSITORY_CREDENTIALS,
}
_TASK_CONTAINER_DEPENDENCY: Schema = {"containerName": str, "condition": str}
_FIRELENS: Schema = {
    "type!": ("fluentd", "fluentbit"),
    "options": {ANY: str},
}
_TASK_CONTAINER_PROPERTIES: Schema = {
    "command": [str],
    "dependsOn": [_TASK_CONTAINER_DEPENDENCY],
    "environment": [_KEY_VALUE_PAIR],
    "essential": bool,
    "firelensConfiguration": _FIRELENS,
    "image!": str,
    "linuxParameters": _LINUX_PARAMETERS,
    "logConfiguration": _LOG,
    "mountPoints": [_MOUNT_POINT],
    "name": str,
    "privileged": bool,
    "readonlyRootFilesystem": bool,
    "repositoryCredentials": _REPOSITORY_CREDENTIALS,
    "resourceRequirements": [_RESOURCE_REQUIREMENT],
    "secrets": [_SECRET],
    "ulimits": [_ULIMIT],
    "user": str,
    "startTimeout": int,
    "stopTimeout": int,
}
_ECS_TASK_PROPERTIES: Schema = {
    "containers!": [_TASK_CONTAINER_PROPERTIES],
    "ephemeralStorage": _EPHEMERAL_STORAGE,
    "executionRoleArn": str,
    "platformVersion": str,
    "ipcMode": str,
    "taskRoleArn": str,
    "pidMode": str,
    "networkConfiguration": _NETWORK,
    "runtimePlatform": _RUNTIME_PLATFORM,
    "volumes": [_VOLUME],
    "enableExecuteCommand": bool,
    "networkMode": str,
}
_ECS_PROPERTIES: Schema = {"taskProperties!": [_ECS_TASK_PROPERTIES]}
_IMAGE_PULL_SECRET: Schema = {"name!": str}
_EKS_VARIABLE: Schema = {"name!": str, "value": str}
_EKS_RESOURCES: Schema = {"limits": {ANY: str}, "requests": {ANY: str}}
_EKS_CONTAINER_VOLUME_MOUNT: Schema = {"name": str, "mountPath": str, "subPath": str, "readOnly": bool}
_EKS_CONTAINER_LINUX_CAPABILITIES: Schema = {"add": [str], "drop": [str]}
_EKS_SECCOMP_PROFILE: Schema = {
    "type!": ("RuntimeDefault", "Localhost", "Unconfined"),
    "localhostProfile": str,
}
_EKS_CONTAINER_SECURITY_CONTEXT: Schema = {
    "runAsUser": int,
    "runAsGroup": int,
    "privileged": bool,
    "allowPrivilegeEscalation": bool,
    "readOnlyRootFilesystem": bool,
    "runAsNonRoot": bool,
    "capabilities": _EKS_CONTAINER_LINUX_CAPABILITIES,
    "seccompProfile": _EKS_SECCOMP_PROFILE,
}
_EKS_CONTAINER: Schema = {
    "name": str,
    "image!": str,
    "imagePullPolicy": str,
    "command": [str],
    "args": [str],
    "env": [_EKS_VARIABLE],
    "resources": _EKS_RESOURCES,
    "volumeMounts": [_EKS_CONTAINER_VOLUME_MOUNT],
    "securityContext": _EKS_CONTAINER_SECURITY_CONTEXT,
}
_EKS_HOST_PATH: Schema = {"path": str}
_EKS_EMPTY_DIR: Schema = {"medium": str, "sizeLimit": str}
_EKS_SECRET: Schema = {"secretName!": str, "optional": bool}
_EKS_PERSISTENT_VOLUME_CLAIM: Schema = {"claimName!": str, "readOnly": bool}
_EKS_VOLUME: Schema = {
    "name!": str,
    "hostPath": _EKS_HOST_PATH,
    "emptyDir": _EKS_EMPTY_DIR,
    "secret": _EKS_SECRET,
    "persistentVolumeClaim": _EKS_PERSISTENT_VOLUME_CLAIM,
}
_EKS_METADATA: Schema = {"labels": {ANY: str}, "annotations": {ANY: str}, "namespace": str}
_EKS_POD_SECURITY_CONTEXT: Schema = {
    "runAsUser": int,
    "runAsGroup": int,
    "runAsNonRoot": bool,
    "seccompProfile": _EKS_SECCOMP_PROFILE,
    "fsGroup": int,
}
_EKS_POD_PROPERTIES: Schema = {
    "serviceAccountName": str,
    "hostNetwork": bool,
    "dnsPolicy": str,
    "imagePullSecrets": [_IMAGE_PULL_SECRET],
    "containers": [_EKS_CONTAINER],
    "initContainers": [_EKS_CONTAINER],
    "volumes": [_EKS_VOLUME],
    "metadata": _EKS_METADATA,
    "shareProcessNamespace": bool,
    "securityContext": _EKS_POD_SECURITY_CONTEXT,
}
_EKS_PROPERTIES: Schema = {"podProperties": _EKS_POD_PROPERTIES}
_CONSUMABLE_RESOURCE_REQUIREMENT: Schema = {"consumableResource": str, "quantity": int}
_CONSUMABLE_RESOURCE_PROPERTIES: Schema = {"consumableResourceList": [_CONSUMABLE_RESOURCE_REQUIREMENT]}
_NODE_RANGE_PROPERTY: Schema = {
    "targetNodes!": str,
    "container": _CONTAINER_PROPERTIES,
    "instanceTypes": [str],
    "ecsProperties": _ECS_PROPERTIES,
    "eksProperties": _EKS_PROPERTIES,
    "consumableResourceProperties": _CONSUMABLE_RESOURCE_PROPERTIES,
}
_NODE_PROPERTIES: Schema = {"numNodes!": int, "mainNode!": int, "nodeRangeProperties!": [_NODE_RANGE_PROPERTY]}
_EVALUATE_ON_EXIT: Schema = {
    "onStatusReason": str,
    "onReason": str,
    "onExitCode": str,
    "action!": str,
}
_RETRY_STRATEGY: Schema = {"attempts": int, "evaluateOnExit": [_EVALUATE_ON_EXIT]}
_JOB_TIMEOUT: Schema = {"attemptDurationSeconds": int}
REGISTER_JOB_DEFINITION: Schema = {
    "jobDefinitionName!": str,
    "type!": ("container", "multinode"),
    "parameters": {ANY: str},
    "schedulingPriority": int,
    "containerProperties": _CONTAINER_PROPERTIES,
    "nodeProperties": _NODE_PROPERTIES,
    "retryStrategy": _RETRY_STRATEGY,
    "propagateTags": bool,
    "timeout": _JOB_TIMEOUT,
    "tags": {ANY: str},
    "platformCapabilities": [("EC2", "FARGATE", "MANAGED_INSTANCES")],
    "eksProperties": _EKS_PROPERTIES,
    "ecsProperties": _ECS_PROPERTIES,
    "consumableResourceProperties": _CONSUMABLE_RESOURCE_PROPERTIES,
}
_ARRAY_PROPERTIES: Schema = {"size": int}
_JOB_DEPENDENCY: Schema = {
    "jobId": str,
    "type": ("N_TO_N", "SEQUENTIAL"),
}
_CONTAINER_OVERRIDES: Schema = {
    "vcpus": int,
    "memory": int,
    "command": [str],
    "instanceType": str,
    "environment": [_KEY_VALUE_PAIR],
    "resourceRequirements": [_RESOURCE_REQUIREMENT],
}
_TASK_CONTAINER_OVERRIDES: Schema = {
    "command": [str],
    "environment": [_KEY_VALUE_PAIR],
    "name": str,
    "resourceRequirements": [_RESOURCE_REQUIREMENT],
}
_TASK_PROPERTIES_OVERRIDE: Schema = {"containers": [_TASK_CONTAINER_OVERRIDES]}
_ECS_PROPERTIES_OVERRIDE: Schema = {"taskProperties": [_TASK_PROPERTIES_OVERRIDE]}
_EKS_CONTAINER_OVERRIDE: Schema = {
    "name": str,
    "image": str,
    "command": [str],
    "args": [str],
    "env": [_EKS_VARIABLE],
    "resources": _EKS_RESOURCES,
}
_EKS_POD_PROPERTIES_OVERRIDE: Schema = {
    "containers": [_EKS_CONTAINER_OVERRIDE],
    "initContainers": [_EKS_CONTAINER_OVERRIDE],
    "metadata": _EKS_METADATA,
}
_EKS_PROPERTIES_OVERRIDE: Schema = {"podProperties": _EKS_POD_PROPERTIES_OVERRIDE}
_NODE_PROPERTY_OVERRIDE: Schema = {
    "targetNodes!": str,
    "containerOverrides": _CONTAINER_OVERRIDES,
    "ecsPropertiesOverride": _ECS_PROPERTIES_OVERRIDE,
    "instanceTypes": [str],
    "eksPropertiesOverride": _EKS_PROPERTIES_OVERRIDE,
    "consumableResourcePropertiesOverride": _CONSUMABLE_RESOURCE_PROPERTIES,
}
_NODE_OVERRIDES: Schema = {"numNodes": int, "nodePropertyOverrides": [_NODE_PROPERTY_OVERRIDE]}
SUBMIT_JOB: Schema = {
    "jobName!": str,
    "jobQueue!": str,
    "shareIdentifier": str,
    "schedulingPriorityOverride": int,
    "arrayProperties": _ARRAY_PROPERTIES,
    "dependsOn": [_JOB_DEPENDENCY],
    "jobDefinition!": str,
    "parameters": {ANY: str},
    "containerOverrides": _CONTAINER_OVERRIDES,
    "nodeOverrides": _NODE_OVERRIDES,
    "retryStrategy": _RETRY_STRATEGY,
    "propagateTags": bool,
    "timeout": _JOB_TIMEOUT,
    "tags": {ANY: str},
    "eksPropertiesOverride": _EKS_PROPERTIES_OVERRIDE,
    "ecsPropertiesOverride": _ECS_PROPERTIES_OVERRIDE,
    "consumableResourcePropertiesOverride": _CONSUMABLE_RESOURCE_PROPERTIES,
}
