"""The tour by a client that knows Postern from its protos alone.

Usage: tour.py ADDRESS, with the owner's key in OWNER_KEY and the generated modules on PYTHONPATH.
"""

import os
import sys

import grpc
from postern.v1 import (
    api_key_pb2,
    api_key_pb2_grpc,
    application_pb2,
    application_pb2_grpc,
    authorization_pb2,
    authorization_pb2_grpc,
    group_pb2,
    group_pb2_grpc,
    policy_pb2,
    policy_pb2_grpc,
    project_pb2,
    project_pb2_grpc,
    user_pb2,
    user_pb2_grpc,
)

channel = grpc.insecure_channel(sys.argv[1])
owner = (("authorization", "Bearer " + os.environ["OWNER_KEY"]),)


def ask(secret, action, project_id, resource_id):
    resource = authorization_pb2.Resource(project_id=project_id, type="server", id=resource_id)
    answer = authorization_pb2_grpc.AuthorizationServiceStub(channel).Authorize(
        authorization_pb2.AuthorizeRequest(api_key=secret, action=action, resource=resource)
    )
    decision = authorization_pb2.Decision.Name(answer.decision)
    reason = authorization_pb2.Reason.Name(answer.reason)
    print(decision, reason, answer.policy_name or "-")


project = project_pb2_grpc.ProjectServiceStub(channel).CreateProject(
    project_pb2.CreateProjectRequest(name="shop"), metadata=owner
)
user = user_pb2_grpc.UserServiceStub(channel).CreateUser(
    user_pb2.CreateUserRequest(email="ada@example.com"), metadata=owner
)
application = application_pb2_grpc.ApplicationServiceStub(channel).CreateApplication(
    application_pb2.CreateApplicationRequest(name="ci"), metadata=owner
)
groups = group_pb2_grpc.GroupServiceStub(channel)
group = groups.CreateGroup(group_pb2.CreateGroupRequest(name="operators"), metadata=owner)
groups.AddGroupMembers(
    group_pb2.AddGroupMembersRequest(
        group_id=group.id, user_ids=[user.id], application_ids=[application.id]
    ),
    metadata=owner,
)
in_shop = policy_pb2.ProjectScope(project_ids=[project.id])
policy_pb2_grpc.PolicyServiceStub(channel).CreatePolicy(
    policy_pb2.CreatePolicyRequest(
        name="operators run the shop",
        group_id=group.id,
        rules=[
            policy_pb2.Rule(permission_set_names=["InstancesFullAccess"], projects=in_shop),
            policy_pb2.Rule(
                effect=policy_pb2.EFFECT_DENY,
                permission_set_names=["InstancesServerDelete"],
                projects=in_shop,
                resources=["server/db-*"],
            ),
        ],
    ),
    metadata=owner,
)
keys = api_key_pb2_grpc.ApiKeyServiceStub(channel)
key = keys.CreateApiKey(
    api_key_pb2.CreateApiKeyRequest(application_id=application.id), metadata=owner
)

ask(key.secret, "compute:servers:start", project.id, "web-1")
ask(key.secret, "compute:servers:delete", project.id, "db-1")
ask(key.secret, "storage:object:read", project.id, "")
keys.DeleteApiKey(
    api_key_pb2.DeleteApiKeyRequest(access_key=key.api_key.access_key), metadata=owner
)
ask(key.secret, "compute:servers:start", project.id, "web-1")
try:
    keys.GetApiKey(api_key_pb2.GetApiKeyRequest(access_key="nope"), metadata=owner)
except grpc.RpcError as error:
    print(error.code().name, error.details())
