"""Who may what about clients, partners with access, and products."""

from clients.choices import Right
from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.permissions import EVERYONE, LEGAL, Holding, Permission


class ClientPermission(Permission):
    """Relationships, products, and acting in a client's space."""

    # The client's side
    RELATIONSHIP_VIEW = Holding("clients.relationship.view", roles=WHOLE)
    RELATIONSHIP_INVITE = Holding("clients.relationship.invite", roles=LEGAL)  # rule 6
    RELATIONSHIP_ANSWER = Holding("clients.relationship.answer", roles=LEGAL)  # Q17
    RELATIONSHIP_CHANGE = Holding("clients.relationship.change", roles=LEGAL)  # rule 17
    # The partner's side
    CLIENT_VIEW = Holding("clients.client.view", roles=EVERYONE)  # a collaborator: the assigned ones (rule 20)
    CLIENT_REQUEST = Holding("clients.client.request", roles=LEGAL)  # rule 7
    CLIENT_ASSIGN = Holding("clients.client.assign", roles=WHOLE)
    TEAM_MANAGE = Holding("clients.team.manage", roles=WHOLE)
    CLIENT_ENTER = Holding("clients.client.enter", roles=EVERYONE)
    # Both sides
    RELATIONSHIP_WITHDRAW = Holding("clients.relationship.withdraw", roles=LEGAL)
    RELATIONSHIP_END = Holding("clients.relationship.end", roles=WHOLE)  # rule 46
    # In one's own organisation and in a client's space
    PRODUCT_VIEW = Holding("clients.product.view", roles=EVERYONE, right=Right.VIEW)
    PRODUCT_DESCRIBE = Holding("clients.product.describe", roles=EVERYONE, right=Right.TECHNICAL)  # Q18
    PRODUCT_STATISTICS = Holding("clients.product.statistics", roles=EVERYONE, right=Right.STATISTICS)  # Q18
    RENEWAL_SET = Holding("clients.renewal.set", roles=WHOLE, right=Right.ORDER)  # whether it renews by itself
    # Never in a client's space: whoever manages or pays a product does not give it away (rule 29)
    RENEWALS_PAY = Holding("clients.renewals.pay", roles=WHOLE)
    PRODUCT_CANCEL = Holding("clients.product.cancel", roles=WHOLE)
    PRODUCT_TRANSFER = Holding("clients.product.transfer", roles=WHOLE)
    TRANSFER_ANSWER = Holding("clients.transfer.answer", roles=WHOLE)
