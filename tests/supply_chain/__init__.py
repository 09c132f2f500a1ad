"""What a deployment is made of that is not ours: a bill of materials in CycloneDX's JSON.

``./headwater sbom`` writes it out of the files that pin it: ``pinned.py`` reads what Python
installs, ``console_lock.py`` what the console's build takes in, ``bill.py`` puts both together.

https://cyclonedx.org/docs/1.6/json/
"""
